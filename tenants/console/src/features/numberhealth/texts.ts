/** Texts of how well the tenant's numbers are answered. */
import en from "@/features/numberhealth/texts/en.json";
import zh from "@/features/numberhealth/texts/zh-CN.json";
import { addTexts } from "@/i18n";

addTexts({ en, "zh-CN": zh });
