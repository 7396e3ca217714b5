/** The picture: nodes that are dragged, and ways that are drawn from one to another. */
import { Background, Controls, ReactFlow, type Connection, type Edge, type NodeChange } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useShade } from "@/app/preferences";
import { connected, handleOf, waysOf, withoutNode, type FlowDocument } from "@/features/flows/document";
import { heightOf, laidOut, WIDTH, type Place } from "@/features/flows/layout";
import { NodeBox, type DrawnNode } from "@/features/flows/NodeBox";
import type { FlowProblem } from "@/features/flows/problems";

interface Props {
  document: FlowDocument;
  problems: ReadonlyMap<string | null, readonly FlowProblem[]>;
  places: Readonly<Record<string, Place>>;
  selected: string | null;
  /** Where a simulated call is. */
  here: string | null;
  readOnly: boolean;
  onPlaces: (places: Readonly<Record<string, Place>>) => void;
  onSelect: (name: string | null) => void;
  onDraw: (document: FlowDocument) => void;
}

/** More would be too small to be read: one begins where calls begin. */
const FITTING = 8;
const NEAR_START = { x: 24, y: 40, zoom: 0.8 };
const TYPES = { step: NodeBox };

export function Canvas({ document, problems, places, selected, here, readOnly, onPlaces, onSelect, onDraw }: Props) {
  const { t } = useTranslation();
  const shade = useShade();
  const usual = useMemo(() => laidOut(document), [document]);
  const nodes = useMemo(
    () =>
      Object.entries(document.nodes).map(([name, node]): DrawnNode => {
        const ways = waysOf(node);
        return {
          id: name, type: "step", position: places[name] ?? usual[name] ?? { x: 0, y: 0 }, width: WIDTH, height: heightOf(ways.length), selected: name === selected,
          data: { node, ways, isStart: name === document.start, isHere: name === here, problems: problems.get(name) ?? NONE },
          ariaLabel: t("flows.nodeLabel", { name, kind: t(`flows.kinds.${String(node.kind)}`) }),
        };
      }),
    [document, places, usual, selected, here, problems, t],
  );
  const edges = useMemo(
    () =>
      Object.entries(document.nodes).flatMap(([name, node]) =>
        waysOf(node)
          .filter(({ to }) => to in document.nodes)
          .map((way): Edge => ({ id: `${name} ${handleOf(way)}`, source: name, sourceHandle: handleOf(way), target: way.to, focusable: false, ...(name === selected || way.to === selected ? { animated: true } : {}) })),
      ),
    [document, selected],
  );

  function move(changes: NodeChange<DrawnNode>[]) {
    const moved = changes.flatMap((change) => (change.type === "position" && change.position ? [[change.id, change.position] as const] : []));
    if (moved.length > 0) onPlaces({ ...places, ...Object.fromEntries(moved) });
    for (const change of changes) {
      if (change.type === "select" && change.selected) onSelect(change.id);
    }
  }

  const names = nodes.length;
  const connect = ({ source, sourceHandle, target }: Connection) => onDraw(connected(document, source, sourceHandle ?? "", target));
  return (
    <ReactFlow<DrawnNode>
      nodes={nodes} edges={edges} nodeTypes={TYPES} colorMode={shade} {...(names > FITTING ? { defaultViewport: NEAR_START } : { fitView: true, fitViewOptions: { maxZoom: 1 } })} minZoom={0.2} nodesConnectable={!readOnly} deleteKeyCode={readOnly ? null : ["Delete", "Backspace"]}
      onNodesChange={move} onConnect={connect} onPaneClick={() => onSelect(null)}
      onDelete={({ nodes: gone, edges: cut }) => {
        const uncut = cut.reduce((drawn, edge) => (gone.some(({ id }) => id === edge.source) ? drawn : connected(drawn, edge.source, edge.sourceHandle ?? "", "")), document);
        onDraw(gone.reduce((drawn, { id }) => withoutNode(drawn, id), uncut));
        onSelect(null);
      }}
      ariaLabelConfig={{
        "controls.ariaLabel": t("flows.controls.all"), "controls.zoomIn.ariaLabel": t("flows.controls.in"), "controls.zoomOut.ariaLabel": t("flows.controls.out"),
        "controls.fitView.ariaLabel": t("flows.controls.fit"), "node.a11yDescription.default": t("flows.controls.node"), "edge.a11yDescription.default": t("flows.controls.edge"),
      }}
    >
      <Background />
      <Controls showInteractive={false} />
    </ReactFlow>
  );
}

const NONE: readonly FlowProblem[] = [];
