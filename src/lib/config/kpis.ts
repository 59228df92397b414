/** The guide's twelve KPIs and disk usage: targets, and the levels of its alerts. */
import * as z from 'zod';

/** A target, and the levels at which its alerts begin. */
const kpi = (target: number, warning?: number, critical?: number) =>
  z
    .strictObject({
      target: z.number().default(target),
      warning: warning === undefined ? z.number().optional() : z.number().default(warning),
      critical: critical === undefined ? z.number().optional() : z.number().default(critical),
    })
    .prefault({});

/** The guide's KPIs with the levels of its alerts. Fractions are 0..1. */
export const Kpis = z
  .strictObject({
    uptime: kpi(0.999),
    responseTimeMs: kpi(500),
    errorRate: kpi(0.01, 0.01, 0.05),
    memoryUsage: kpi(0.8, 0.8, 0.9),
    diskUsage: kpi(0.85, 0.85, 0.95),
    hookExecutionTimeMs: kpi(100, 500, 2000),
    hookSuccessRate: kpi(0.99),
    jobProcessingSeconds: kpi(30),
    queueBacklog: kpi(50, 50),
    dataConsistency: kpi(1),
    validationAccuracy: kpi(0.99),
    calculationCorrectness: kpi(1),
    userSatisfaction: kpi(0.95),
  })
  .prefault({});
