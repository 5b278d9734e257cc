// Copies the text of a field.

/** Copies the text of the field that a button names, or selects it where the browser refuses, and says which. */
export async function copyField({ dataset }) {
  const field = document.getElementById(dataset.copy);
  const status = document.getElementById(`${dataset.copy}-status`);
  let result = dataset.copied;
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.focus();
    field.select();
    result = dataset.selected;
  }
  // Screen readers announce a text that is set, even if it is the same.
  status.textContent = result;
}
