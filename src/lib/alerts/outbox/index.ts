/** The outbox: what is to be told lies on the disk before anything else happens, and leaves it once it was told. */
export type { ChannelState } from './channel-state.js';
export { type DeliveryContext, type DeliveryOptions, deliver } from './deliver.js';
export { enqueue } from './enqueue.js';
export { readRemains } from './known.js';
export { storedNotifications } from './read.js';
export { readChannelStates } from './read-states.js';
export { type ChannelReport, DeliveryReport, judgeDelivery } from './report.js';
export { deadLetters, reviveDeadLetters } from './revive.js';
