/** Whom a call was with, as this user may see it. */
import { useTranslation } from "react-i18next";
import type { CallView } from "@/api/shapes";

export function NumberText({ call }: { call: Pick<CallView, "number" | "dialled"> }) {
  const { t } = useTranslation();
  const number = call.number ?? call.dialled;
  return number === "anonymous" ? t("words.anonymous") : number;
}
