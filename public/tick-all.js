// The box that ticks all others of its form. Without scripts the server reads it as all of them.

/** Ticks all boxes of a form with the box for all, or lets that box follow them. */
export function tickAll(box) {
  const { all, id } = box.form.elements;
  if (box === all) for (const each of id) each.checked = all.checked;
  else all.checked = [...id].every((each) => each.checked);
}
