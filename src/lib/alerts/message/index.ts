/** Messages: what people read when an alert reaches them. */
export { composeMessage } from './compose.js';
export { describeMessage, type Section } from './describe.js';
export { toItems } from './items.js';
export type { Item, Message } from './message.js';
export { plainText } from './plain-text.js';
export { oneLine } from './text.js';
