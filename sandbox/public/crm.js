// The CRM around a web panel: opens the screen that the panel asks for by a window message.

addEventListener('message', ({ source, data }) => {
  const panel = document.querySelector('main.panel > iframe');
  if (panel === null || source !== panel.contentWindow || data?.command !== 'soprotocol') return;
  location.assign(`${document.body.dataset.crm}/default.aspx?${data.arguments}`);
});
