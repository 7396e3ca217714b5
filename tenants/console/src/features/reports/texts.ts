/** Brings the texts of reports to whoever shows a part of them. */
import en from "@/features/reports/texts/en.json";
import zh from "@/features/reports/texts/zh-CN.json";
import { addTexts } from "@/i18n";

addTexts({ en, "zh-CN": zh });
