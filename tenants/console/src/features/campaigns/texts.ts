/** The texts of campaigns come with whoever shows a part of them. */
import { addTexts } from "@/i18n";
import en from "@/features/campaigns/texts/en.json";
import zh from "@/features/campaigns/texts/zh-CN.json";

addTexts({ en, "zh-CN": zh });
