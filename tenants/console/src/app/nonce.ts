/** The page's nonce: the portal's policy allows only styles that carry it. */
export const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";

interface Maker {
  createElement: (name: string, options?: ElementCreationOptions) => HTMLElement;
}

/** Have each style element carry it: Ant Design's own do, those that its parts make for a moment (dialogs) do not. */
export function signStyles(page: Maker = document): void {
  const create = page.createElement.bind(page);
  page.createElement = (name, options) => {
    const made = create(name, options);
    if (made instanceof HTMLStyleElement) made.nonce = nonce;
    return made;
  };
}
