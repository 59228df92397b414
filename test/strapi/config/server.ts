export default ({ env }) => ({
  host: '127.0.0.1',
  port: env.int('PORT', 1337),
  app: { keys: ['test-key-one', 'test-key-two'] },
  // Changed by a test from one start to the next.
  url: env('PUBLIC_URL', 'http://localhost:1337'),
  logger: { updates: { enabled: false }, startup: { enabled: false } },
});
