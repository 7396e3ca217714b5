/** The look, in one place: Ant Design's theme and the variables of our own style sheets are both made from this. */
import { theme as antd, type ThemeConfig } from "antd";

export type Shade = "light" | "dark";

interface Palette {
  ground: string;
  surface: string;
  raised: string;
  line: string;
  text: string;
  quiet: string;
  accent: string;
  /** Text in the accent's colour: of more contrast than the accent as an area needs. */
  accentText: string;
  good: string;
  warm: string;
  bad: string;
  calm: string;
}

const PALETTES: Record<Shade, Palette> = {
  light: {
    ground: "#f4f6f7",
    surface: "#ffffff",
    raised: "#eef2f3",
    line: "#dde3e6",
    text: "#16232a",
    quiet: "#55646d",
    accent: "#0f766e",
    accentText: "#0b625b",
    good: "#15803d",
    warm: "#a1580a",
    bad: "#b91c1c",
    calm: "#2c5f9e",
  },
  dark: {
    ground: "#10171b",
    surface: "#172025",
    raised: "#1f2b31",
    line: "#2c3a42",
    text: "#e4ebee",
    quiet: "#9fb0b9",
    accent: "#128278",
    accentText: "#5ed1c4",
    good: "#5ecb86",
    warm: "#e5b268",
    bad: "#f38b83",
    calm: "#8db8ea",
  },
};

const FONT = 'system-ui, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

export function themeOf(shade: Shade): ThemeConfig {
  const palette = PALETTES[shade];
  return {
    algorithm: shade === "dark" ? antd.darkAlgorithm : antd.defaultAlgorithm,
    token: {
      colorPrimary: palette.accent,
      colorLink: palette.accentText,
      colorInfo: palette.accent,
      colorSuccess: palette.good,
      colorWarning: palette.warm,
      // What Ant Design makes of these colours is too near to the text in them.
      colorSuccessBg: shade === "dark" ? "#16281e" : "#edf7f0",
      colorWarningBg: shade === "dark" ? "#2c2416" : "#fbf3e6",
      colorInfoBg: shade === "dark" ? "#16302d" : "#e6f3f1",
      colorErrorBg: shade === "dark" ? "#2f1c1b" : "#fdeeee",
      colorError: shade === "dark" ? "#f87f76" : palette.bad,
      colorText: palette.text,
      colorTextSecondary: palette.quiet,
      colorTextTertiary: palette.quiet,
      colorTextDescription: palette.quiet,
      colorTextPlaceholder: palette.quiet,
      colorBgLayout: palette.ground,
      colorBgContainer: palette.surface,
      colorBgElevated: palette.surface,
      colorBorder: palette.line,
      colorBorderSecondary: palette.line,
      borderRadius: 6,
      fontFamily: FONT,
      fontSize: 14,
      motionDurationMid: "0.12s",
      motionDurationSlow: "0.16s",
      wireframe: false,
    },
    components: {
      // On the lighter red of the dark shade white is too faint.
      Button: shade === "dark" ? { dangerColor: "#20100f" } : {},
      Layout: { headerBg: palette.surface, siderBg: palette.surface, headerHeight: 48, headerPadding: "0 16px" },
      Menu: {
        itemHeight: 34,
        itemBg: palette.surface,
        itemSelectedBg: palette.raised,
        itemSelectedColor: palette.accentText,
        groupTitleColor: palette.quiet,
        groupTitleFontSize: 12,
        activeBarBorderWidth: 0,
      },
      Table: { cellPaddingBlockSM: 7, headerBg: palette.raised, headerSplitColor: "transparent", rowHoverBg: palette.raised },
      Form: { itemMarginBottom: 16, verticalLabelPadding: "0 0 4px" },
      Tabs: { itemSelectedColor: palette.accentText, itemHoverColor: palette.accentText },
      Card: { headerFontSize: 14, headerHeight: 42, bodyPadding: 16 },
    },
  };
}

/** Give our own style sheets the same colours, as `--ground`, `--surface` and so on. */
export function paint(root: HTMLElement, shade: Shade): void {
  root.dataset.shade = shade;
  root.style.colorScheme = shade;
  root.style.setProperty("--font", FONT);
  for (const [name, value] of Object.entries(PALETTES[shade])) {
    root.style.setProperty(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value as string);
  }
}
