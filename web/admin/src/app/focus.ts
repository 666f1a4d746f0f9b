/** Before a dialog opens by itself: what it covers is hidden from screen readers, and must not hold the focus then. */
export function releaseFocus(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
