/** A thing by the side of its list: its form, what more can be done with it, and its way to the archive. */
import { App, Button, Descriptions, Drawer } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { goTo } from "@/app/place";
import { Form } from "@/features/admin/form/Form";
import { bodyOf, changesOf, fieldsOf, startOf, type Thing } from "@/features/admin/form/schema";
import { useFieldWords } from "@/features/admin/form/words";
import { shown } from "@/features/admin/resource/model";
import { idOf, useActs } from "@/features/admin/resource/queries";
import type { Resource } from "@/features/admin/resource/resource";
import { useErrorText } from "@/parts/errors";

interface Props {
  resource: Resource;
  /** Null: a new one; undefined: none. */
  row: Thing | null | undefined;
  mayWrite: boolean;
  isArchived: boolean;
  onClose: () => void;
  /** What is to be shown once. */
  onMade: (answer: Thing) => void;
}

export function ThingDrawer({ resource, row, mayWrite, isArchived, onClose, onMade }: Props) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const [isDirty, setDirty] = useState(false);
  const name = t(`admin.resources.${resource.name}.one`);
  const close = () => {
    if (!isDirty) {
      onClose();
      return;
    }
    void modal.confirm({ title: t("admin.form.leave"), okText: t("admin.form.discard"), cancelText: t("admin.form.goOn"), onOk: onClose });
  };
  const title = row ? titleOf(resource, row) : t("admin.list.new", { name });
  return (
    <Drawer open={row !== undefined} size={520} title={title} onClose={close} destroyOnHidden aria-label={title}
      extra={row && (mayWrite || isArchived) ? <Removal resource={resource} row={row} isArchived={isArchived} onDone={onClose} /> : null}>
      {row === null && resource.create && <Creating resource={resource} onDirty={setDirty} onDone={(answer) => { onClose(); if (resource.secrets) onMade(answer); }} />}
      {row && <Changing resource={resource} row={row} readOnly={!mayWrite} onDirty={setDirty} onDone={onClose} />}
    </Drawer>
  );
}

function titleOf(resource: Resource, row: Thing): string {
  const names = [row.display_name, row.name, row.username].filter((name) => typeof name === "string" && name !== "");
  return shown(names[0], "") || idOf(resource, row);
}

function Creating({ resource, onDirty, onDone }: { resource: Resource; onDirty: (isDirty: boolean) => void; onDone: (answer: Thing) => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { create } = useActs(resource);
  const schema = resource.create ?? {};
  return (
    <Form schema={schema} start={startOf(schema) as Thing} ownKey={resource.nameField ?? resource.id} labels={resource.labels} submit={t("admin.form.create")} onDirty={onDirty}
      onSubmit={async (value) => {
        const body = bodyOf(schema, value) as Thing;
        const answer = await create(resource.toBody?.(body) ?? body);
        void message.success(t("admin.form.made"));
        onDone(answer);
        if (resource.href) goTo(resource.href(idOf(resource, answer)));
      }} />
  );
}

const without = (thing: Thing, names: readonly string[]): Thing => Object.fromEntries(Object.entries(thing).filter(([name]) => !names.includes(name)));

function Changing({ resource, row, readOnly, onDirty, onDone }: { resource: Resource; row: Thing; readOnly: boolean; onDirty: (isDirty: boolean) => void; onDone: () => void }) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const words = useFieldWords();
  const { change, refresh } = useActs(resource);
  const schema = resource.change?.(row) ?? null;
  const start = schema ? without(fieldsOf(schema, row), resource.neverRead ?? []) : {};
  const facts = resource.columns.filter(({ field, show }) => !(field in (schema?.properties ?? {})) && (show !== undefined || shown(row[field], "") !== ""));
  const { Extra } = resource;
  return (
    <>
      {facts.length > 0 && (
        <Descriptions size="small" column={1} style={{ marginBottom: 16 }}
          items={facts.map(({ field, show }) => ({ key: field, label: words.label(field), children: show?.(row[field], row) ?? (typeof row[field] === "boolean" ? t(row[field] ? "words.yes" : "words.no") : shown(row[field], i18n.language, field)) }))} />
      )}
      {schema && (
        <Form schema={schema} start={start} kept={Object.keys(start).filter((field) => typeof start[field] === "string" && start[field] !== "")} ownKey={resource.id} readOnly={readOnly} submit={t("admin.form.save")} onDirty={onDirty}
          onSubmit={async (value) => {
            const body = resource.put === undefined ? changesOf(schema, start, value) : bodyOf(schema, value);
            if (Object.keys(body as Thing).length > 0) await change(idOf(resource, row), body);
            void message.success(t("admin.form.saved"));
            onDirty(false);
            onDone();
          }} />
      )}
      {Extra && <Extra row={row} readOnly={readOnly} onChanged={() => void refresh()} />}
    </>
  );
}

export function Removal({ resource, row, isArchived, onDone }: { resource: Resource; row: Thing; isArchived: boolean; onDone: () => void }) {
  const { t } = useTranslation();
  const { modal, message, notification } = App.useApp();
  const errorText = useErrorText();
  const acts = useActs(resource);
  const [id, name] = [idOf(resource, row), titleOf(resource, row)];
  const restore = async () => {
    try {
      await acts.restore(id);
      void message.success(t("admin.archive.back", { name }));
      onDone();
    } catch (error) {
      void message.error(errorText(error));
    }
  };
  const remove = async () => {
    try {
      await acts.remove(id);
    } catch (error) {
      void modal.error({ title: t("admin.archive.stays", { name }), content: errorText(error) });
      return;
    }
    onDone();
    if (resource.removal === "for-good") return void message.success(t("admin.archive.gone", { name }));
    const key = `archived-${id}`;
    notification.success({
      key, title: t("admin.archive.done", { name }), duration: 10, placement: "bottomRight",
      actions: <Button size="small" onClick={() => { notification.destroy(key); void restore(); }}>{t("admin.archive.undo")}</Button>,
    });
  };
  const ask = (isForGood: boolean) =>
    modal.confirm({
      title: t(isForGood ? "admin.archive.sureForGood" : "admin.archive.sure", { name }), content: t(isForGood ? "admin.archive.textForGood" : "admin.archive.text"),
      okText: t(isForGood ? "admin.archive.goForGood" : "admin.archive.go"), okButtonProps: { danger: true }, cancelText: t("admin.form.cancel"), onOk: remove,
    });
  if (resource.removal === undefined) return null;
  if (isArchived) return <Button onClick={() => void restore()}>{t("admin.archive.restore")}</Button>;
  const isForGood = resource.removal === "for-good";
  return <Button danger onClick={() => void ask(isForGood)}>{t(isForGood ? "admin.archive.goForGood" : "admin.archive.go")}</Button>;
}
