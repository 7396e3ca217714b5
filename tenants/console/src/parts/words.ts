/** Words of the API for people: where we know one we say it in their language, else as the API writes it. */
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

function useWord(family: string): (word: string | null | undefined) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    (word) => {
      if (!word) return "";
      const key = `words.${family}.${word}`;
      return i18n.exists(key) ? t(key) : word;
    },
    [t, i18n, family],
  );
}

/** How a call ended, or why it is to be followed up. */
export const useEndingText = () => useWord("endings");

/** Why somebody pauses: a tenant's own reasons have no translation. */
export const useReasonText = () => useWord("reasons");
