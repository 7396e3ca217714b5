/** Texts of the screen of numbers that nobody calls. */
import en from "@/features/donotcall/texts/en.json";
import zh from "@/features/donotcall/texts/zh-CN.json";
import { addTexts } from "@/i18n";

addTexts({ en, "zh-CN": zh });
