/** What went wrong, in words for who sits before the screen. */
import { App } from "antd";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem";

/** The text of an error: ours where we have words for it, else the server's own, which is written for people too. */
export function useErrorText(): (error: unknown) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    (error: unknown) => {
      if (!(error instanceof Problem)) return t("errors.unknown");
      const key = [`errors.${error.errorId}`, `problems.${error.errorId}`].find((each) => i18n.exists(each));
      const fields = error.fields.map((field) => `${field.where}: ${field.message}`).join("; ");
      const text = key ? t(key) : error.message || t("errors.unknown");
      return fields ? `${text} (${fields})` : text;
    },
    [t, i18n],
  );
}

/** Do something, and say so when it fails.  Resolves to whether it was done. */
export function useDoing(): (what: () => Promise<unknown>, done?: string) => Promise<boolean> {
  const { message } = App.useApp();
  const errorText = useErrorText();
  return useCallback(
    async (what, done) => {
      try {
        await what();
      } catch (error) {
        void message.error(errorText(error));
        return false;
      }
      if (done) void message.success(done);
      return true;
    },
    [message, errorText],
  );
}
