/** The operator's side, as the page of the application shows it. */
export { Publication, PublishFlags, planPublication, publish, type Section } from './publish.js';
