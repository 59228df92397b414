import { timed } from '../../../../truth';

const hooks = ['beforeCreate', 'afterCreate', 'beforeUpdate', 'afterUpdate', 'beforeDelete', 'afterDelete'];

export default Object.fromEntries(hooks.map((hook) => [hook, timed(`api::article.article#${hook}`, () => undefined)]));
