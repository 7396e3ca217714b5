/** Shows the sign-in or, for who is signed in, the screens. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { isSignedOut } from "@/api/problem";
import { Notice } from "@/parts/Notice";
import { SESSION, SessionContext } from "@/session/context";
import { currentSession } from "@/session/session";

const SignedIn = lazy(() => import("@/app/SignedIn"));
const SignIn = lazy(() => import("@/session/SignIn"));

export function SessionGate() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: SESSION,
    queryFn: ({ signal }) => currentSession(signal),
    // The portal refreshes what it holds; the console asks now and then whether somebody ended the session.
    refetchInterval: 60_000,
    staleTime: 30_000,
  });
  if (isSignedOut(error)) {
    return (
      <Suspense fallback={null}>
        <SignIn onDone={(session) => queries.setQueryData(SESSION, session)} />
      </Suspense>
    );
  }
  // A portal that is away for a moment takes nobody's screen away.
  if (data) {
    return (
      <SessionContext value={data}>
        <Suspense fallback={<Waiting />}>
          <SignedIn key={`${data.user.id} ${data.tenant ?? ""}`} />
        </Suspense>
      </SessionContext>
    );
  }
  if (!error) return <Waiting />;
  return (
    <Notice title={t("shell.away.title")} text={t("shell.away.text")}>
      <Button onClick={() => void refetch()}>{t("shell.broken.again")}</Button>
    </Notice>
  );
}

/** Ant Design's own is three kilobytes of the first load. */
function Waiting() {
  return <div className="waits" role="status" aria-busy="true" />;
}
