/** The texts of these screens come with the first of them. */
import { addTexts } from "@/i18n";
import en from "@/features/admin/texts/en.json";
import zh from "@/features/admin/texts/zh-CN.json";

addTexts({ en, "zh-CN": zh });
