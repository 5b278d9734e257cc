import { describe, expect, it } from 'vitest';
import { plansPageView } from '../../../../src/web/panel/plans-page.ts';
import type { AnyPlan } from '../../../../src/web/plan-names.ts';
import { publishedTenant, userWith, userWithPlan } from '../../licensing/fixtures/tenants.ts';
import { createContext, type Given } from './panel-contexts.ts';

const premium = publishedTenant('premium');
const suiteCore = publishedTenant('suite-core');
const onPlans: Given = { tenant: premium, user: userWithPlan(premium, 'ten-sales') };
const onSuite: Given = { tenant: suiteCore, user: userWith() };

function viewMatrix(chosen: AnyPlan | null, given: Given = onPlans, differencesOnly = false) {
  const selection = { chosen, contained: [], differencesOnly };
  const { matrix } = plansPageView(createContext(given), selection, { addresses: null, publicUrl: '' });
  if (matrix === null) throw new Error('no matrix');
  return matrix;
}

type Matrix = ReturnType<typeof viewMatrix>;

const columnsOf = ({ columns }: Matrix) => columns.map(({ label, role }) => [label, role]);

function cellsOf({ columns, groups }: Matrix, label: string) {
  const row = groups.flatMap(({ rows }) => rows).find((each) => each.label === label);
  return Object.fromEntries(columns.map((column, index) => [column.label, row?.cells[index]]));
}

describe('plan matrix', () => {
  it('puts the own plan first, then the chosen combination, then the other basic plans', () => {
    expect(columnsOf(viewMatrix('sales-premium+service-essential'))).toEqual([
      ['Sales-Premium', 'own'],
      ['Sales-Premium + Service-Essentials', 'chosen'],
      ['Sales-Essentials', 'other'],
      ['Service-Essentials', 'other'],
      ['Service-Premium', 'other'],
      ['Marketing-Essentials', 'other'],
      ['Marketing-Premium', 'other'],
    ]);
  });

  it('shows a chosen basic plan and a chosen own plan once', () => {
    expect(columnsOf(viewMatrix('service-premium')).slice(0, 3)).toEqual([
      ['Sales-Premium', 'own'],
      ['Service-Premium', 'chosen'],
      ['Sales-Essentials', 'other'],
    ]);
    expect(columnsOf(viewMatrix('sales-premium'))).toHaveLength(6);
  });

  it('keeps the order of the CRM Suite plans, which contain each other', () => {
    expect(columnsOf(viewMatrix('plus', onSuite))).toEqual([
      ['Starter', 'other'],
      ['Core', 'own'],
      ['Growth', 'other'],
      ['Plus', 'chosen'],
      ['Super', 'other'],
    ]);
  });

  it('begins with the own plan of a user who has none of the plans', () => {
    const [own, ...others] = columnsOf(viewMatrix(null, { tenant: premium, user: userWith() }));
    expect(own?.[1]).toBe('own');
    expect(others).toHaveLength(6);
  });

  it('shows each feature that a plan includes, lacks, adds or takes away', () => {
    const matrix = viewMatrix('service-premium');
    const quotes = cellsOf(matrix, 'Quote Management');
    expect(quotes['Sales-Premium']).toMatchObject({ state: 'enabled', change: null, text: 'Included' });
    expect(quotes['Sales-Essentials']).toMatchObject({
      state: 'view-only',
      change: 'lost',
      text: 'Lost · View only',
    });
    expect(cellsOf(matrix, 'Sales forecasting on the product level')['Sales-Essentials']).toMatchObject({
      change: 'lost',
      text: 'Lost',
    });
    const requests = cellsOf(matrix, 'Request / Ticket management');
    expect(requests['Sales-Premium']).toMatchObject({ change: null, text: 'Not included' });
    expect(requests['Service-Premium']).toMatchObject({ change: 'gained', text: 'Gained' });
    expect(requests['Sales-Essentials']).toMatchObject({ change: null, text: 'Not included' });
  });

  it('sums up each plan: features, gains, losses and seat', () => {
    const [own, chosen] = viewMatrix('sales-premium+service-essential').columns;
    expect(own).toMatchObject({ enabled: '41 of 62', gained: '', lost: '', seat: null, href: '' });
    expect(chosen).toMatchObject({ enabled: '47 of 62', gained: '+6', lost: '0', seat: 'buy' });
  });

  it('links each other plan with its comparison, which keeps the filter', () => {
    const { columns } = viewMatrix('service-premium', onPlans, true);
    expect(columns.find(({ label }) => label === 'Marketing-Premium')?.href).toBe(
      '/panel/plans?uctx=Cust12345&usid=5&lang=en&plan=marketing-premium&differences=on',
    );
  });

  it('counts the enabled features of each group and folds the groups without a difference', () => {
    const { groups } = viewMatrix('service-premium');
    expect(groups.map(({ id, isOpen, tallies }) => [id, isOpen, tallies[0]?.text, tallies[1]?.text])).toEqual(
      [
        ['sales', true, '14 of 14', '5 of 14'],
        ['service', true, '5 of 14', '13 of 14'],
        ['marketing', true, '10 of 22', '3 of 22'],
        ['common', false, '20 of 20', '20 of 20'],
      ],
    );
  });

  it('shows only the rows in which the chosen plan differs from the own one on demand', () => {
    const { groups } = viewMatrix('sales-premium+service-essential', onPlans, true);
    expect(groups.map(({ id, rows }) => [id, rows.length])).toEqual([['service', 6]]);
    expect(viewMatrix('sales-premium', onPlans, true).groups.map(({ id }) => id)).toEqual([
      'sales',
      'service',
      'marketing',
    ]);
  });

  it('shows the limits of CRM Suite plans and no seats', () => {
    const matrix = viewMatrix('growth', onSuite);
    expect(matrix.hasSeats).toBe(false);
    const projects = cellsOf(matrix, 'Project management');
    expect(projects.Starter).toMatchObject({ change: 'lost', limit: '' });
    expect(projects.Core).toMatchObject({ state: 'enabled', limit: '≤ 100' });
    expect(projects.Growth).toMatchObject({ state: 'enabled', change: null, limit: '' });
  });

  it('names the states that it shows by an icon', () => {
    const hidden = { ...userWithPlan(premium, 'ten-sales'), functionRights: ['hide-project'] };
    const { icons } = viewMatrix('service-premium', { tenant: premium, user: hidden });
    expect(icons).toContainEqual({ state: 'hidden-by-role', text: 'Hidden by your role' });
  });
});
