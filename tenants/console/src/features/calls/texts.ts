/** Brings the texts of calls to whoever shows a part of them. */
import en from "@/features/calls/texts/en.json";
import zh from "@/features/calls/texts/zh-CN.json";
import { addTexts } from "@/i18n";

addTexts({ en, "zh-CN": zh });
