/** Brings the texts of a client's own screens. */
import en from "@/features/client/texts/en.json";
import zh from "@/features/client/texts/zh-CN.json";
import { addTexts } from "@/i18n";

addTexts({ en, "zh-CN": zh });
