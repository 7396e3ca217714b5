/** Brings the texts of recordings to whoever shows a player. */
import en from "@/features/recordings/texts/en.json";
import zh from "@/features/recordings/texts/zh-CN.json";
import { addTexts } from "@/i18n";

addTexts({ en, "zh-CN": zh });
