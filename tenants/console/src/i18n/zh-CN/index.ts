import admin from "./admin.json";
import board from "./board.json";
import calls from "./calls.json";
import desk from "./desk.json";
import errors from "./errors.json";
import fields from "./fields.json";
import shell from "./shell.json";
import words from "./words.json";

export const texts = { admin, board, calls, desk, errors, fields, shell, words };
