/** A link to a screen: a plain one for new tabs and the keyboard, without a load of the page for a plain click. */
import type { AnchorHTMLAttributes, MouseEvent } from "react";
import { goTo } from "@/app/place";

export function ScreenLink({ href, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  function onClick(event: MouseEvent) {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(href);
  }
  return <a href={href} onClick={onClick} {...rest} />;
}
