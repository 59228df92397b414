/** Reports as one HTML file: text is escaped, nothing runs, nothing is fetched; light and dark. */
export { type Chart, chartAddress, lineChart } from './chart.js';
export { type Html, html } from './html.js';
export { page } from './page.js';
export { table } from './table.js';
