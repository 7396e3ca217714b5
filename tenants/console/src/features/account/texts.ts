/** The texts of this screen come with it. */
import { addTexts } from "@/i18n";
import en from "@/features/account/texts/en.json";
import zh from "@/features/account/texts/zh-CN.json";

addTexts({ en, "zh-CN": zh });
