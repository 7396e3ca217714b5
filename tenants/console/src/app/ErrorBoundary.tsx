/** What is shown when a screen breaks: what happened, what one can do, and nothing else of the screen. */
import { Button } from "antd";
import { Component, type ReactNode } from "react";
import { Translation } from "react-i18next";
import { Notice } from "@/parts/Notice";

interface Broken {
  error: Error | null;
}

export class ErrorBoundary extends Component<{ children: ReactNode }, Broken> {
  override state: Broken = { error: null };

  static getDerivedStateFromError(error: unknown): Broken {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Translation>
        {(t) => (
          <Notice title={t("shell.broken.title")} text={t("shell.broken.text")}>
            <Button type="primary" onClick={() => this.setState({ error: null })}>
              {t("shell.broken.again")}
            </Button>
            <Button onClick={() => window.location.reload()}>{t("shell.broken.reload")}</Button>
            <code className="broken-detail">{error.message}</code>
          </Notice>
        )}
      </Translation>
    );
  }
}
