// Shows the description of the license API. Keys that are entered stay in the memory of the page.

const viewer = document.getElementById('viewer');

// The viewer is no module: it sets a global variable.
const script = document.createElement('script');
script.src = `${viewer.dataset.files}/swagger-ui-bundle.js`;
script.addEventListener('load', () =>
  window.SwaggerUIBundle({
    url: '/api/v1/openapi.json',
    domNode: viewer,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    persistAuthorization: false,
    // Not even the address of the description goes to another host.
    validatorUrl: null,
  }),
);
document.head.append(script);
