// Processes of PM2: the backend, and what watches it.
const environment = { NODE_ENV: 'production', VIKTORIA_OPS_CONFIG: {{config}} };

module.exports = {
  apps: [
    {
      name: 'viktoria-backend',
      cwd: {{root}},
      script: 'npm',
      args: 'run start',
      env: environment,
      // Strapi ends its connections and writes its last figures.
      kill_timeout: 10_000,
      max_restarts: 10,
      exp_backoff_restart_delay: 200,
    },
    {
      name: 'viktoria-alerts',
      cwd: {{root}},
      script: 'viktoria-ops',
      args: 'alerts watch{{environment}}',
      interpreter: 'none',
      env: environment,
      kill_timeout: 10_000,
      exp_backoff_restart_delay: 200,
    },
    {
      name: 'viktoria-daily',
      cwd: {{root}},
      script: 'viktoria-ops',
      args: 'maintenance daily --quiet --deadline 2h{{environment}}',
      interpreter: 'none',
      env: environment,
      // At this time, and once when PM2 starts it.
      autorestart: false,
      cron_restart: '15 3 * * *',
    },
  ],
};
