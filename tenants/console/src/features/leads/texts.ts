/** Texts of what agents do with a campaign's leads. */
import en from "@/features/leads/texts/en.json";
import zh from "@/features/leads/texts/zh-CN.json";
import { addTexts } from "@/i18n";

addTexts({ en, "zh-CN": zh });
