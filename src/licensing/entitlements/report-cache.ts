import type { GrantedLicense, UserLicenses } from '../licenses/license-data.ts';
import type { EntitlementReport } from './entitlement-report.ts';

/** Gives the report on a user. */
type MakeReport = (user: UserLicenses) => EntitlementReport;

/** So many reports are kept of a tenant, some fifty kilobytes each. Users all different gain nothing by more. */
const maxCached = 64;

/** Makes a report once for all users who hold the same licenses and function rights: in a tenant they are few. */
export function memoizeReports(make: MakeReport): MakeReport {
  // By names first, which is cheap; only those alike are compared in full.
  const made = new Map<string, { readonly user: UserLicenses; readonly report: EntitlementReport }[]>();
  let kept = 0;
  const forget = () => {
    made.clear();
    kept = 0;
  };
  return (user) => {
    const names = namesOf(user);
    const alike = made.get(names) ?? [];
    const known = alike.find((each) => isAlike(each.user, user));
    if (known !== undefined) return known.report;
    const report = make(user);
    if (kept === maxCached) forget();
    kept += 1;
    made.set(names, [...(made.get(names) ?? []), { user, report }]);
    return report;
  };
}

function namesOf({ granted, functionRights }: UserLicenses): string {
  let names = '';
  for (const { name } of granted) names += `${name},`;
  for (const right of functionRights ?? []) names += `${right},`;
  return names;
}

function isAlike(a: UserLicenses, b: UserLicenses): boolean {
  return (
    a.complete === b.complete &&
    a.granted.length === b.granted.length &&
    a.granted.every((license, index) => isSame(license, b.granted[index])) &&
    isSameRights(a.functionRights, b.functionRights)
  );
}

function isSameRights(a: UserLicenses['functionRights'], b: UserLicenses['functionRights']): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((right, index) => right === b[index]);
}

function isSame(a: GrantedLicense, b: GrantedLicense | undefined): boolean {
  return (
    a === b ||
    (a.name === b?.name &&
      a.owner === b.owner &&
      a.scope === b.scope &&
      a.description === b.description &&
      a.expiryDate === b.expiryDate &&
      a.extraFlags === b.extraFlags &&
      a.extraInfo === b.extraInfo)
  );
}
