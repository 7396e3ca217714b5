/** Texts in both languages.  Only the language that is shown is fetched. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = ["en", "zh-CN"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEPT = "trunkline.language";

const loaders: Record<Language, () => Promise<{ texts: Record<string, unknown> }>> = {
  en: () => import("@/i18n/en"),
  "zh-CN": () => import("@/i18n/zh-CN"),
};

/** What the API's problems are called.  In English they are shown in its own words. */
const problems: Partial<Record<Language, () => Promise<{ default: Record<string, unknown> }>>> = {
  "zh-CN": () => import("@/i18n/problems/zh-CN.json"),
};

/** What was chosen here before, else the first language of the browser that we speak, else English. */
export function languageOf(kept: string | null, browser: readonly string[]): Language {
  for (const wanted of kept ? [kept, ...browser] : browser) {
    if (wanted.toLowerCase().startsWith("zh")) return "zh-CN";
    if (wanted.toLowerCase().startsWith("en")) return "en";
  }
  return "en";
}

export async function startTexts(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: {},
    fallbackLng: false,
    // React escapes what it draws.
    interpolation: { escapeValue: false },
    returnNull: false,
    react: { useSuspense: false },
  });
  await speak(languageOf(localStorage.getItem(KEPT), navigator.languages));
}

export async function speak(language: Language): Promise<void> {
  const { texts } = await loaders[language]();
  i18next.addResourceBundle(language, "translation", texts);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  // Nobody waits for them: until they are there a problem is told in the API's words.
  void problems[language]?.()
    .then((found) => i18next.addResourceBundle(language, "translation", found.default))
    .catch(() => undefined);
}

/** Texts of a screen that is fetched when first shown, brought by its own code: the desk's first load stays small. */
export function addTexts(texts: Readonly<Record<Language, Record<string, unknown>>>): void {
  for (const language of LANGUAGES) i18next.addResourceBundle(language, "translation", texts[language]);
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEPT, language);
  await speak(language);
}
