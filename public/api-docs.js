// Shows the description of the license API. Keys that are entered stay in the memory of the page.

window.SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  domNode: document.getElementById('viewer'),
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: false,
  // Not even the address of the description goes to another host.
  validatorUrl: null,
});
