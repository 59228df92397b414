/** Messages: what people read when an alert reaches them. */
export type { Item, Message } from './message.js';
