/** The texts of these screens come with the first of them. */
import "@/features/admin/texts";
import { addTexts } from "@/i18n";
import en from "@/features/platform/texts/en.json";
import zh from "@/features/platform/texts/zh-CN.json";

addTexts({ en, "zh-CN": zh });
