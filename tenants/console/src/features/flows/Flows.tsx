/** Flows: a list, and the editor of the one that is open. */
import "@/features/flows/texts";
import { lazy, Suspense } from "react";
import { Spin } from "antd";
import { useQueryText } from "@/app/place";
import { ResourceScreen } from "@/features/admin/resource/ResourceScreen";
import { FLOWS } from "@/features/flows/resource";

const Editor = lazy(() => import("@/features/flows/Editor"));

export default function Flows() {
  const id = new URLSearchParams(useQueryText()).get("flow");
  if (id === null) return <ResourceScreen resource={FLOWS} />;
  return (
    <Suspense fallback={<Spin />}>
      <Editor key={id} flowId={id} />
    </Suspense>
  );
}
