/** The texts of number lists come with whoever shows a part of them. */
import { addTexts } from "@/i18n";
import en from "@/features/lists/texts/en.json";
import zh from "@/features/lists/texts/zh-CN.json";

addTexts({ en, "zh-CN": zh });
