/** What callers hear: audio of the tenant's own, by language; sent as a file, recorded here or spoken, and listened to. */
import "@/features/admin/texts";
import { AudioOutlined, DeleteOutlined, SoundOutlined, UploadOutlined } from "@ant-design/icons";
import { App, Button, Input, Select, Space, Tag, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { fill, send } from "@/api/client";
import { asThing } from "@/features/admin/form/schema";
import { useRecorder } from "@/features/admin/recorder";
import { ResourceScreen } from "@/features/admin/resource/ResourceScreen";
import type { ExtraProps, Resource } from "@/features/admin/resource/resource";
import { Section } from "@/features/admin/Section";
import { BODIES, standing } from "@/features/admin/shapes";
import { useDoing } from "@/parts/errors";
import { clock } from "@/parts/time";
import { useTenantId } from "@/session/context";

const ONE = "/api/v1/tenants/{tenant_id}/prompts/{id}";

const PROMPTS: Resource = {
  name: "prompts",
  all: "/api/v1/tenants/{tenant_id}/prompts",
  one: ONE,
  id: "prompt_id",
  columns: [
    { field: "prompt_id" },
    { field: "name" },
    { field: "audio", show: (audio) => Object.keys(asThing(audio)).map((language) => <Tag key={language}>{language}</Tag>) },
    { field: "created_ms" },
  ],
  create: BODIES.NewPrompt,
  change: () => standing(BODIES.PromptPatch),
  removal: "restores",
  Extra: Audio,
};

export default function Prompts() {
  return <ResourceScreen resource={PROMPTS} />;
}

function Audio({ row, readOnly, onChanged }: ExtraProps) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const doing = useDoing();
  const tenant_id = useTenantId();
  const id = String(row.prompt_id);
  const path = (language: string) => fill(`${ONE}/audio/{language}`, { tenant_id, id, language });
  const audio = asThing(row.audio);
  const remove = (language: string) =>
    modal.confirm({
      title: t("admin.prompts.removeSure", { language }), okText: t("admin.prompts.remove"), okButtonProps: { danger: true }, cancelText: t("admin.form.cancel"),
      onOk: async () => {
        if (await doing(() => send("DELETE", path(language)))) onChanged();
      },
    });
  return (
    <Section title={t("admin.prompts.audio")}>
      {Object.keys(audio).length === 0 && <p className="quiet">{t("admin.prompts.silent")}</p>}
      {Object.entries(audio).map(([language, each]) => {
        const { seconds, sha256, text } = asThing(each);
        return (
          <div key={language} style={{ display: "flex", alignItems: "center", gap: 8, marginBottom: 8 }}>
            <Tag>{language}</Tag>
            {/* Another file has another sum: the player takes it anew. */}
            <audio controls preload="none" aria-label={t("admin.prompts.listen", { language })} style={{ flex: 1, height: 32 }}
              src={`/prompt-audio/${tenant_id}/${id}/${language}?of=${String(sha256).slice(0, 8)}`} />
            <span className="figures quiet" title={typeof text === "string" ? text : undefined}>{clock(Number(seconds))}</span>
            {!readOnly && <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t("admin.prompts.removeOf", { language })} onClick={() => void remove(language)} />}
          </div>
        );
      })}
      {!readOnly && <NewAudio path={path} onChanged={onChanged} />}
    </Section>
  );
}

const LANGUAGES = ["any", "en", "zh-CN"];

function NewAudio({ path, onChanged }: { path: (language: string) => string; onChanged: () => void }) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const doing = useDoing();
  const recorder = useRecorder();
  const [text, setText] = useState("");
  const [language, setLanguage] = useState("any");
  const [sending, setSending] = useState(false);
  const keep = async (file: Blob) => {
    setSending(true);
    if (await doing(() => send("PUT", path(language), { file }), t("admin.prompts.kept"))) onChanged();
    setSending(false);
  };
  const speak = async () => {
    setSending(true);
    const body = { text: text.trim(), spoken_in: i18n.language };
    if (await doing(() => send("POST", `${path(language)}/speak`, { body }), t("admin.prompts.kept"))) {
      setText("");
      onChanged();
    }
    setSending(false);
  };
  const record = async () => {
    if (recorder.isRecording) {
      const file = await recorder.stop();
      if (file) await keep(file);
      return;
    }
    try {
      await recorder.start();
    } catch {
      void message.error(t("admin.prompts.noMicrophone"));
    }
  };
  return (
    <Space wrap style={{ marginTop: 8 }}>
      <Select size="small" style={{ width: 160 }} aria-label={t("admin.fields.language")} value={language} onChange={setLanguage} disabled={recorder.isRecording}
        options={LANGUAGES.map((value) => ({ value, label: value === "any" ? t("admin.prompts.any") : value }))} />
      <Upload accept=".wav,audio/wav" showUploadList={false} beforeUpload={(file) => { void keep(file); return false; }}>
        <Button size="small" icon={<UploadOutlined />} loading={sending} disabled={recorder.isRecording}>{t("admin.prompts.upload")}</Button>
      </Upload>
      <Button size="small" icon={<AudioOutlined />} danger={recorder.isRecording} type={recorder.isRecording ? "primary" : "default"} onClick={() => void record()}>
        {t(recorder.isRecording ? "admin.prompts.stop" : "admin.prompts.record")}
      </Button>
      <Input.TextArea size="small" style={{ width: 300 }} rows={1} maxLength={2000} aria-label={t("admin.prompts.text")} placeholder={t("admin.prompts.text")}
        value={text} onChange={(event) => setText(event.target.value)} />
      <Button size="small" icon={<SoundOutlined />} loading={sending} disabled={!text.trim() || recorder.isRecording} onClick={() => void speak()}>{t("admin.prompts.speak")}</Button>
    </Space>
  );
}
