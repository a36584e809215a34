/** The Swagger page: our own shell around swagger-ui-dist, without inline script and without a CDN. */

export const swaggerPageHtml = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Leadline API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/swagger/assets/swagger-ui.css">
<link rel="stylesheet" href="/swagger/assets/page.css">
</head>
<body>
<header class="bar"><a class="brand" href="/">Leadline<span>API</span></a>
<nav><a href="/swagger/json">OpenAPI document</a></nav></header>
<main id="swagger"><p class="loading">Loading the documentation…</p></main>
<noscript><p class="loading">This page needs JavaScript; the document at /swagger/json does not.</p></noscript>
<script src="/swagger/assets/swagger-ui-bundle.js"></script>
<script src="/swagger/assets/page.js"></script>
</body>
</html>
`;

/**
 * From 150 rows (tags and shown operations) on, swagger-ui 5.35 draws only those in view, and takes the
 * others away while one scrolls or searches the page. A list per tag stays below that.
 */
export const swaggerPageScript = `"use strict";
const aListPerTag = ({ React }) => ({
  wrapComponents: {
    operations: (List) => (props) => {
      const all = props.specSelectors.taggedOperations();
      if (all.size === 0) return React.createElement(List, props);
      const lists = all.keySeq().toArray().map((tag) => {
        const taggedOperations = () => all.filter((_, name) => name === tag);
        const specSelectors = { ...props.specSelectors, taggedOperations };
        return React.createElement(List, { ...props, key: tag, specSelectors });
      });
      return React.createElement(React.Fragment, null, lists);
    },
  },
});
window.ui = SwaggerUIBundle({
  url: "/swagger/json",
  dom_id: "#swagger",
  deepLinking: true,
  displayRequestDuration: true,
  filter: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [aListPerTag],
  layout: "BaseLayout",
});
`;

export const swaggerPageStyle = `:root {
  --ink: #10231c; --soft: #5b6e66; --line: #dde6e1; --paper: #f6f9f7; --green: #0b7a55;
}
html { background: var(--paper); }
body { margin: 0; color: var(--ink); font-family: system-ui, sans-serif; }
.bar {
  position: sticky; top: 0; z-index: 5; display: flex; justify-content: space-between;
  align-items: center; padding: 0.8rem clamp(1rem, 4vw, 2.5rem); background: var(--ink);
}
.bar a { color: #cfe5db; text-decoration: none; font-size: 0.9rem; }
.bar a:hover, .bar a:focus-visible { color: #fff; text-decoration: underline; }
.bar .brand { color: #fff; font-size: 1.1rem; font-weight: 650; letter-spacing: -0.01em; }
.bar .brand span { margin-left: 0.45rem; font-weight: 400; color: #7fd3b0; }
.loading { padding: 3rem; text-align: center; color: var(--soft); }
.swagger-ui { font-family: inherit; }
.swagger-ui .wrapper { max-width: 72rem; padding: 0 clamp(1rem, 4vw, 2.5rem); }
.swagger-ui .info { margin: 2.2rem 0 1.4rem; }
.swagger-ui .info .title { color: var(--ink); font-family: inherit; letter-spacing: -0.02em; }
.swagger-ui .info p, .swagger-ui .info li { color: var(--soft); font-family: inherit; }
.swagger-ui .info .description > .renderedMarkdown > p { max-width: 44rem; margin: 0.4rem 0; }
.swagger-ui .markdown code, .swagger-ui .renderedMarkdown code {
  color: var(--ink); background: #e4ede8; font-weight: 500; border-radius: 4px;
}
.swagger-ui .info details { margin-top: 0.8rem; }
.swagger-ui .info summary { cursor: pointer; color: var(--green); font-weight: 600; }
.swagger-ui .info table { margin-top: 0.6rem; border-collapse: collapse; font-size: 0.87rem; }
.swagger-ui .info table td, .swagger-ui .info table thead tr th {
  padding: 0.45rem 1rem 0.45rem 0; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; font-family: inherit; color: var(--ink);
}
.swagger-ui .info .link, .swagger-ui .scheme-container .servers-title,
.swagger-ui .scheme-container .servers { display: none; }
.swagger-ui .scheme-container { background: none; box-shadow: none; padding: 0; margin: 0; }
.swagger-ui .opblock-tag small { font-family: inherit; color: var(--soft); }
.swagger-ui .opblock-get { --verb: #1d5fa8; }
.swagger-ui .opblock-post { --verb: #0b7a55; }
.swagger-ui .opblock-put, .swagger-ui .opblock-patch { --verb: #8a5a00; }
.swagger-ui .opblock-delete { --verb: #a3322a; }
.swagger-ui .opblock.opblock { background: #fff; border-color: var(--line); margin-bottom: 0.5rem; }
.swagger-ui .opblock .opblock-summary { border-color: var(--line); }
.swagger-ui .response-col_links { display: none; }
.swagger-ui .opblock-body pre.microlight { max-height: 22rem; }
.swagger-ui .opblock-tag { border-bottom: 1px solid var(--line); font-family: inherit; color: var(--ink); }
.swagger-ui .opblock { border-radius: 8px; box-shadow: none; }
.swagger-ui .opblock .opblock-summary-method.opblock-summary-method {
  border-radius: 6px; text-shadow: none; background: var(--verb);
}
.swagger-ui .opblock .opblock-summary-description { font-family: inherit; color: var(--soft); }
.swagger-ui .btn.execute { background: var(--green); border-color: var(--green); }
.swagger-ui .filter .operation-filter-input { border: 1px solid var(--line); border-radius: 8px; }
.swagger-ui section.models { border-color: var(--line); border-radius: 8px; }
`;
