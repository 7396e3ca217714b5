/** What a node does, in a few words of its own: pure. */
import { asList, asThing, type Thing } from "@/features/admin/form/schema";

const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

export function summaryOf(node: Thing): string {
  const said = asList(node.prompts).map((prompt) => {
    const { texts, text: words, prompt_id } = asThing(prompt);
    return text(words) || text(Object.values(asThing(texts))[0]) || text(prompt_id);
  });
  const queues = asList(node.queues).map((queue) => text(asThing(queue).queue_id));
  const steps = asList(node.steps).map((step) => text(asThing(step).to));
  const data = Object.entries(asThing(node.data)).map(([name, value]) => `${name} = ${text(value)}`);
  return [...queues, text(node.queue_id), ...steps, text(node.to), text(node.into), text(node.url), ...data, text(node.mailbox), ...said].filter(Boolean).join(" · ");
}
