import { type Html, html, trusted } from './html.js';
import { PAGE_STYLE } from './style.js';

/** A whole page as one file: nothing in it runs, nothing is fetched, which its policy lets the browser see to. */
export const page = ({ title, body }: { readonly title: string; readonly body: Html }): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${title}</title>
<style>${trusted(PAGE_STYLE)}</style>
</head>
<body>
${body}
</body>
</html>
`.markup;
