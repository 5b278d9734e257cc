// Shows an error on top of an element.

/** Shows the text of a problem page, or a general text if no page arrived. */
export function showError(element, page) {
  element.querySelector(':scope > [role=alert]')?.remove();
  const alert = document.createElement('div');
  alert.className = 'notice';
  alert.setAttribute('role', 'alert');
  const paragraphs = page?.querySelectorAll('[role=alert] > p:not(.code)') ?? [];
  alert.append(...(paragraphs.length > 0 ? paragraphs : [document.body.dataset.failed]));
  element.prepend(alert);
}
