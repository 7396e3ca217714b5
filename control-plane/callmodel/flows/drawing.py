"""A flow as a picture: text in Mermaid's language, which many viewers, wikis and Markdown pages draw."""

from collections.abc import Iterator

from callmodel.flows import nodes
from callmodel.flows.document import Flow
from callmodel.flows.ways import ways_of
from callmodel.prompts import Audio, Speech

LONGEST_LABEL = 40
_SHAPES = {"branch": ("{{", "}}"), "repeat": ("{{", "}}"), "set": ("[/", "/]"), "hang_up": ("([", "])")}
_ENDS = ("hang_up", "voicemail")


def drawn(flow: Flow) -> str:
    """Return the picture of a flow; a line that the caller does not choose is dashed."""
    ids = {name: f"n{number}" for number, name in enumerate(flow.nodes, 1)}
    lines = ["flowchart TD", f"    start(({_label(flow.flow_id)})) --> {ids.get(flow.start, 'lost')}"]
    for name, node in flow.nodes.items():
        opens, closes = _SHAPES.get(node.kind, ("[", "]"))
        lines.append(f"    {ids[name]}{opens}{_label(f'{name}: {node.kind}', *_said(node))}{closes}")
    for name, node in flow.nodes.items():
        lines += [f"    {ids[name]} {line}" for line in _lines(node, ids)]
    ends = [ids[name] for name, node in flow.nodes.items() if node.kind in _ENDS]
    if ends:
        lines += ["    classDef ends stroke-width:3px", f"    class {','.join(ends)} ends"]
    return "\n".join((*lines, ""))


def _lines(node: nodes.Node, ids: dict[str, str]) -> Iterator[str]:
    """Yield the ways that leave a node; several to the same node are one line."""
    says: dict[tuple[str, bool], list[str]] = {}
    for way in ways_of(node):
        says.setdefault((ids.get(way.to, "lost"), way.alone), []).append(way.says)
    for (to, alone), words in says.items():
        text = ", ".join(dict.fromkeys(word for word in words if word))
        arrow = "-.->" if alone and text else "-->"
        yield f"{arrow}|{_label(text)}| {to}" if text else f"{arrow} {to}"


def _said(node: nodes.Node) -> Iterator[str]:
    """Yield the beginning of what a node says, or whom it leads to."""
    for said in getattr(node, "prompts", ())[:1]:
        match said:
            case Speech(text):
                yield text
            case Audio(prompt_id):
                yield f"<{prompt_id}>"
            case nodes.Texts(texts):
                yield next(iter(texts.values()), "")
    match node:
        case nodes.QueueNode(queues=queues):
            yield ", ".join(each.queue_id for each in queues)
        case nodes.RingNode(steps=steps):
            yield ", ".join(each.to for each in steps)
        case nodes.TransferNode(to=to):
            yield to
        case nodes.LookUpNode(url=url):
            yield url


def _label(*parts: str) -> str:
    """Return text as Mermaid takes it whatever is in it: in quotes, with entities for what would end them."""
    short = [part if len(part) <= LONGEST_LABEL else f"{part[:LONGEST_LABEL]}..." for part in parts if part]
    escaped = ("".join(each if each not in '"#&<>`\\' else f"#{ord(each)};" for each in part) for part in short)
    return f'"{"<br>".join(" ".join(part.split()) for part in escaped)}"'
