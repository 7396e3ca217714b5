/** Ctrl-K: go anywhere and do anything that can be done now, by typing a part of its name. */
import { Input, Modal } from "antd";
import { useMemo, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Screen } from "@/app/navigation";
import { goTo } from "@/app/place";
import styles from "@/app/Shell.module.css";
import { shownKeys, useCommands, type Command } from "@/app/shortcuts";

interface Properties {
  open: boolean;
  screens: readonly Screen[];
  onClose: () => void;
}

/** What of the entries holds every word that was typed. */
export function fitting(entries: readonly Command[], typed: string): readonly Command[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
}

export function CommandPalette({ open, ...rest }: Properties) {
  return (
    <Modal open={open} onCancel={rest.onClose} footer={null} closable={false} destroyOnHidden width={520} style={{ top: 96 }}>
      <Palette {...rest} />
    </Modal>
  );
}

function Palette({ screens, onClose }: Omit<Properties, "open">) {
  const { t } = useTranslation();
  const commands = useCommands();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const entries = useMemo(() => {
    const going = screens.map(({ path, name }) => ({
      id: path,
      keys: "",
      label: t("shell.palette.goTo", { screen: t(`shell.screens.${name}`) }),
      run: () => goTo(path),
    }));
    return [...commands.filter(({ id }) => id !== "palette"), ...going];
  }, [commands, screens, t]);
  const found = fitting(entries, typed);

  function run(command: Command | undefined) {
    if (!command) return;
    onClose();
    command.run();
  }

  function onKey(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((before) => Math.min(Math.max(before + step, 0), Math.max(found.length - 1, 0)));
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      run(found[at]);
    }
  }

  return (
    <>
      <Input
        autoFocus
        size="large"
        variant="borderless"
        role="combobox"
        aria-expanded
        aria-controls="palette-found"
        aria-activedescendant={found[at] ? `palette-${at}` : undefined}
        aria-label={t("shell.palette.title")}
        placeholder={t("shell.palette.type")}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKey}
      />
      <ul className={styles.found} id="palette-found" role="listbox" aria-label={t("shell.palette.title")}>
        {found.map((command, index) => (
          <li
            key={command.id}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === at}
            ref={(element) => {
              if (index === at) element?.scrollIntoView({ block: "nearest" });
            }}
            onMouseEnter={() => setAt(index)}
            onClick={() => run(command)}
          >
            <span>{command.label}</span>
            {command.keys && <kbd>{shownKeys(command.keys)}</kbd>}
          </li>
        ))}
        {found.length === 0 && <li className="quiet">{t("shell.palette.nothing")}</li>}
      </ul>
    </>
  );
}
