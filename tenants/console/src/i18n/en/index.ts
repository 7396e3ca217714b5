import desk from "./desk.json";
import errors from "./errors.json";
import shell from "./shell.json";
import words from "./words.json";

export const texts = { desk, errors, shell, words };
