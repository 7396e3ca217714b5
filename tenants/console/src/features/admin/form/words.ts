/** What fields and their values are called, in the reader's language. */
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Wrong } from "@/features/admin/form/problems";

export function useFieldWords() {
  const { t, i18n } = useTranslation();
  /** A name of the API's that we have no words for is shown as it is: a newer server has more fields than we know. */
  const label = useCallback((name: string) => (i18n.exists(`admin.fields.${name}`) ? t(`admin.fields.${name}`) : plain(name)), [t, i18n]);
  const help = useCallback((name: string) => (i18n.exists(`admin.help.${name}`) ? t(`admin.help.${name}`) : null), [t, i18n]);
  const choice = useCallback((value: string) => (i18n.exists(`admin.choices.${value}`) ? t(`admin.choices.${value}`) : value), [t, i18n]);
  return { label, help, choice };
}

const plain = (name: string): string => name.replaceAll("_", " ");

export function useWrongText(): (wrong: Wrong | undefined) => string | null {
  const { t } = useTranslation();
  return useCallback(
    (wrong) => {
      if (wrong === undefined) return null;
      switch (wrong.what) {
        case "needed":
          return t("words.needed");
        case "pattern":
          return wrong.example ? t("admin.wrong.like", { example: wrong.example }) : t("admin.wrong.form");
        case "short":
          return t("admin.wrong.short", { least: wrong.least });
        case "range":
          return t("admin.wrong.range", { least: wrong.least ?? "", most: wrong.most ?? "" });
        default:
          return wrong.text;
      }
    },
    [t],
  );
}
