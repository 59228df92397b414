export default ({ env }) => ({
  connection: {
    client: 'postgres',
    connection: {
      host: '127.0.0.1',
      port: env.int('DATABASE_PORT'),
      database: env('DATABASE_NAME'),
      user: 'postgres',
      password: '',
      ssl: false,
    },
    pool: { min: 0, max: 10 },
  },
});
