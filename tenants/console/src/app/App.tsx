/** The whole: look, texts, requests, then the session, and below it the screens. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider } from "antd";
import type { Locale } from "antd/es/locale";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { isPassing } from "@/api/problem";
import { ErrorBoundary } from "@/app/ErrorBoundary";
import { nonce } from "@/app/nonce";
import { useShade } from "@/app/preferences";
import { paint, themeOf } from "@/app/tokens";
import { SessionGate } from "@/session/SessionGate";

const antTexts: Record<string, () => Promise<{ default: unknown }>> = {
  en: () => import("antd/locale/en_US"),
  "zh-CN": () => import("antd/locale/zh_CN"),
};

function useAntTexts(language: string): Locale | undefined {
  const [texts, setTexts] = useState<Locale>();
  useEffect(() => {
    let wanted = true;
    void antTexts[language]?.().then((module) => {
      if (wanted) setTexts(module.default as Locale);
    });
    return () => {
      wanted = false;
    };
  }, [language]);
  return texts;
}

const buildQueries = () =>
  new QueryClient({
    defaultOptions: {
      queries: { retry: (count, error) => count < 3 && isPassing(error), staleTime: 5_000, refetchOnWindowFocus: true },
      mutations: { retry: false },
    },
  });

export function App() {
  const { i18n } = useTranslation();
  const shade = useShade();
  const [queries] = useState(buildQueries);
  const locale = useAntTexts(i18n.language);
  const theme = useMemo(() => themeOf(shade), [shade]);
  useEffect(() => paint(document.documentElement, shade), [shade]);
  return (
    <ConfigProvider theme={theme} csp={{ nonce }} button={{ autoInsertSpace: false }} {...(locale ? { locale } : {})}>
      <AntApp className="whole">
        <ErrorBoundary>
          <QueryClientProvider client={queries}>
            <SessionGate />
          </QueryClientProvider>
        </ErrorBoundary>
      </AntApp>
    </ConfigProvider>
  );
}
